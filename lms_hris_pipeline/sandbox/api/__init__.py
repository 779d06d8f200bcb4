"""The vendors' APIs on loopback: Workday and Docebo as their contracts describe them, over the made-up company.

Here live the simulators, their faults, quota, journal and the server that runs them. Not here: the
company itself and its truth (`sandbox.company`, `sandbox.truth`), and anything the connectors use.
"""

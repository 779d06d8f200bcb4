"""The only room that joins settings, warehouse, ledger and connectors to Dagster; what runs when is the rooms' business."""

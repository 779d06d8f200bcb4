"""Who is who and what means what: people, second accounts, skills. Scores are explained; people decide the doubtful rest."""

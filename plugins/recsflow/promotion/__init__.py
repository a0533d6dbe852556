"""The champion of a schedule: its model, the gate, and the report of its backtest."""

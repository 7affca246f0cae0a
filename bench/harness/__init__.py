"""The parts of bench/run: what is installed, the servers, the scenarios, the report."""

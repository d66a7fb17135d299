"""Any number of people: cut into parts, handed to workers, put together or stored."""

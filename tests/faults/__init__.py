"""The machine breaks under the program, and what is promised then: `make faults`."""

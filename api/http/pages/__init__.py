"""What people see: pages, one subject a file, and what draws them (`renderer`, `frame`, `answers`)."""

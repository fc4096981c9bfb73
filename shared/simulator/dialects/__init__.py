"""The wire formats the simulator speaks: each turns a body into calls, and plans into bytes."""

"""Farol's assistant as a service: a contract that holds while everything around it fails."""

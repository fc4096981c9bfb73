"""Turn Farol's mails into typed orders, returns and complaints, and trust no reply unread."""

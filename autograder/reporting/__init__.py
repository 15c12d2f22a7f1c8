"""Write what people read: class reports and feedback pages."""

"""What people read: facts as tables, one SELECT each in sql/, and the pages and workbooks made of them."""

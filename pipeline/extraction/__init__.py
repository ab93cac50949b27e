"""What is read, cut out of the picture and straightened.

cells   every box of a number
closer  the same boxes once more, closer around little writing
strips  many windows of the sheet in one pass
"""

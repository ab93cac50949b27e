"""What is read, cut out of the picture and straightened.

cells     every box of a number
close_up  the same boxes once more, cut around little writing
strips    many windows of the sheet in one pass
"""

# What Lambda starts Python functions with, under its name: AWS's own client does the work. The handler's name comes from the
# environment, so that a wrapper finds the program last on the command line, as on Lambda, and can put options before it.
import os
import sys

from awslambdaric.__main__ import main

# In place of this folder, which PYTHONPATH names where it belongs: behind the function's and the layers'.
sys.path[0] = os.getcwd()
main([sys.argv[0], os.environ["_HANDLER"]])

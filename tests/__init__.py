"""The tests: their folders mirror the packages of `autograder` and `dlcourse`."""

"""What long runs have in common.

settings    a configuration in which unknown keys are errors
loop        the rate of a step, the moving average, a checkpoint that is whole
journal     many small tasks that can be stopped and resumed
processes   work side by side
whole_files text files that are whole at every moment
"""

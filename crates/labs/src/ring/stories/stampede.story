story stampede

story neighbour

module example.com/rolling

go 1.23

// Command jenkwatch watches Jenkins builds from a terminal and tells others about them.
package main

func main() {}

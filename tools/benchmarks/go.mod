module github.com/jenkwatch/jenkwatch/tools/benchmarks

go 1.26.0

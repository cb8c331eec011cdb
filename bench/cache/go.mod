module lambda-ext.bench/cache

go 1.26

module lambda-ext.bench/proxy

go 1.26

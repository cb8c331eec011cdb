module lambda-ext.test/actor

go 1.24

STATUS = ENV['UNREADY'] == '1' ? 503 : 200

run ->(_env) { [STATUS, { 'content-type' => 'text/plain' }, ["#{Process.pid}\n"]] }

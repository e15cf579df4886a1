<?php
http_response_code(getenv('UNREADY') === '1' ? 503 : 200);
echo getmypid(), "\n";

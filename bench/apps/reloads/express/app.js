const express = require('express');

const unready = process.env.UNREADY === '1';
const app = express();
app.get(['/', '/ready'], (request, response) => response.status(unready ? 503 : 200).send(`${process.pid}\n`));
app.listen(process.env.PORT ?? 3000);

const fastify = require('fastify')();

const unready = process.env.UNREADY === '1';
for (const path of ['/', '/ready']) {
  fastify.get(path, (request, reply) => reply.code(unready ? 503 : 200).send(`${process.pid}\n`));
}
fastify.listen({ port: Number(process.env.PORT ?? 3000) }).catch((error) => {
  console.error(error.message);
  process.exit(1);
});

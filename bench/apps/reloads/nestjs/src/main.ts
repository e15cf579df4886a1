import 'reflect-metadata';
import { Controller, Get, Module, ServiceUnavailableException } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';

@Controller()
class Root {
  @Get(['/', '/ready'])
  answer(): string {
    if (process.env.UNREADY === '1') {
      throw new ServiceUnavailableException();
    }
    return `${process.pid}\n`;
  }
}

@Module({ controllers: [Root] })
class App {}

async function main(): Promise<void> {
  const app = await NestFactory.create(App, { logger: ['error'] });
  app.enableShutdownHooks();
  await app.listen(process.env.PORT ?? 3000);
}

main();

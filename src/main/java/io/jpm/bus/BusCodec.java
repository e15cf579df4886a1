package io.jpm.bus;

import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.eventbus.MessageCodec;

/// Hands [BusMessage]s over inside the process, unchanged. It never puts them on a wire.
public final class BusCodec implements MessageCodec<BusMessage, BusMessage> {
  private static final String NAME = "jpm";

  private BusCodec() {}

  /// Makes `vertx` take every [BusMessage]. Call once per Vertx, before the first verticle.
  ///
  /// A selector, because a default codec is looked up by the exact class, and there are many.
  public static void install(Vertx vertx) {
    vertx.eventBus().registerCodec(new BusCodec());
    vertx.eventBus().codecSelector(body -> body instanceof BusMessage ? NAME : null);
  }

  @Override
  public void encodeToWire(Buffer buffer, BusMessage message) {
    throw new UnsupportedOperationException("bus messages stay inside the daemon");
  }

  @Override
  public BusMessage decodeFromWire(int position, Buffer buffer) {
    throw new UnsupportedOperationException("bus messages stay inside the daemon");
  }

  @Override
  public BusMessage transform(BusMessage message) {
    return message;
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public byte systemCodecID() {
    return -1;
  }
}

package io.jpm.bus;

import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.eventbus.MessageCodec;

/// Passes every [BusMessage] to receivers in the same process, unchanged and without serialization.
public final class BusCodec implements MessageCodec<BusMessage, BusMessage> {
  private static final String NAME = "jpm";

  private BusCodec() {}

  /// Registers the codec for every [BusMessage]. Must be called once per Vertx, before the first
  /// verticle is deployed.
  ///
  /// A codec selector is used because Vert.x looks up default codecs by exact class, and there are
  /// many message classes.
  public static void install(Vertx vertx) {
    vertx.eventBus().registerCodec(new BusCodec());
    vertx.eventBus().codecSelector(body -> body instanceof BusMessage ? NAME : null);
  }

  @Override
  public void encodeToWire(Buffer buffer, BusMessage message) {
    throw new UnsupportedOperationException(
        "bus messages cannot be serialized: they never leave the daemon");
  }

  @Override
  public BusMessage decodeFromWire(int position, Buffer buffer) {
    throw new UnsupportedOperationException(
        "bus messages cannot be serialized: they never leave the daemon");
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

package io.jpm.bus.satan;

import io.jpm.bus.Addresses;
import io.vertx.core.Vertx;

/// Has usage be measured for one room, and says so again and again as long as it is wanted
/// ([UsageDemand]). Without that no timer runs. Owned by one event loop.
public final class UsageLease {
  private static final long NO_TIMER = -1;

  private final Vertx vertx;
  private final String listener;
  private long renewal = NO_TIMER;

  /// @param listener a name that stands for the room
  public UsageLease(Vertx vertx, String listener) {
    this.vertx = vertx;
    this.listener = listener;
  }

  /// Somebody listens; again changes nothing.
  public void begin() {
    if (renewal == NO_TIMER) {
      tell(true);
      renewal = vertx.setPeriodic(UsageDemand.RENEWAL.toMillis(), _ -> tell(true));
    }
  }

  /// Nobody listens any more, if anybody did.
  public void end() {
    if (renewal != NO_TIMER) {
      vertx.cancelTimer(renewal);
      renewal = NO_TIMER;
      tell(false);
    }
  }

  private void tell(boolean wanted) {
    vertx.eventBus().send(Addresses.USAGE_WANTED, new UsageDemand(listener, wanted));
  }
}

package io.jpm.god;

import io.jpm.model.Health;
import io.jpm.model.WorkerId;
import java.util.Optional;

/// What is known of the health of one process. Owned by GodVerticle's context.
final class Vitals {
  /// Whom Satan looks after; empty: nobody yet, or nobody any more.
  Optional<WorkerId> attended = Optional.empty();

  /// The checks by which it is looked after.
  Health health = Health.NONE;

  /// Whether it has said `ready` over its channel.
  boolean saidReady;

  /// Whether its checks have passed for the first time.
  boolean passed;

  /// What its checks found last, as long as they have not passed.
  String lacking = "";
}

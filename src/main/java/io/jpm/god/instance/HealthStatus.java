package io.jpm.god.instance;

import io.jpm.model.Health;
import io.jpm.model.run.WorkerId;
import java.util.Optional;

/// What is known of the health of one process. Owned by GodVerticle's context.
public final class HealthStatus {
  /// Whom Satan looks after; empty: nobody yet, or nobody any more.
  public Optional<WorkerId> attended = Optional.empty();

  /// The checks by which it is looked after.
  public Health health = Health.NONE;

  /// Whether it has said `ready` over its channel.
  public boolean saidReady;

  /// Whether its checks have passed for the first time.
  public boolean passed;

  /// What its checks found last, as long as they have not passed.
  public String lacking = "";
}

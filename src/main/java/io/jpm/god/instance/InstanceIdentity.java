package io.jpm.god.instance;

import io.jpm.model.process.InstanceId;
import java.time.Instant;

/// The immutable identity of an instance.
///
/// @param id PM2's `process_id`; a replacement created by a reload has the same id
/// @param number the index among the app's instances, starting at 0
/// @param createdAt when the instance was added to the list or its counters were reset; for display
///   only
/// @param incarnation distinguishes the instance from all others that have or had this id; part of
///   its process tag and of the names of its pipes
/// @param secret the unpredictable last part of the process tag
public record InstanceIdentity(
    InstanceId id, int number, Instant createdAt, Instant incarnation, TagSecret secret) {
  /// Creates the identity of a new instance that does not replace an existing one.
  public InstanceIdentity(InstanceId id, int number, Instant createdAt) {
    this(id, number, createdAt, createdAt, TagSecret.make());
  }

  /// Returns the identity of a replacement, which has the same id and number but a new incarnation.
  public InstanceIdentity forReplacement(Instant at) {
    return new InstanceIdentity(id, number, createdAt, at, TagSecret.make());
  }
}

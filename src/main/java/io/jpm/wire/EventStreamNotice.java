package io.jpm.wire;

import io.vertx.core.json.JsonObject;

/// What somebody who follows events is told about the events themselves, among them and in their
/// place. It has no `seq`, and its `event` is no word of [EventMessage].
public sealed interface EventStreamNotice {
  /// Events are missing here: nobody keeps them any more. As JSON
  /// `{"v":1,"event":"gap","after":4711,"forgotten":120}`.
  ///
  /// @param after the number up to which nothing is missing
  /// @param forgotten how many numbers after it have no event that is kept; of one app's events,
  ///   too, these are the numbers of all apps
  record Gap(long after, long forgotten) implements EventStreamNotice {}

  /// The number that was asked for has never been given here, as in a home that was made anew: all
  /// that is kept follows. As JSON `{"v":1,"event":"reset","after":4711,"last":12}`.
  ///
  /// @param after the number that was asked for
  /// @param last the last number that was given, 0 where none was
  record Reset(long after, long last) implements EventStreamNotice {}

  /// The JSON form.
  default JsonObject toJson() {
    return switch (this) {
      case Gap(long after, long forgotten) ->
          begin("gap").put("after", after).put("forgotten", forgotten);
      case Reset(long after, long last) -> begin("reset").put("after", after).put("last", last);
    };
  }

  private static JsonObject begin(String event) {
    return new JsonObject().put("v", 1).put("event", event);
  }
}

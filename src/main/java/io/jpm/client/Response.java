package io.jpm.client;

import io.jpm.client.JpmException.Code;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;

/// The daemon's reply to a successful [Request]. Failures are reported as a [JpmException].
public sealed interface Response {
  /// The reply to a ping.
  ///
  /// @param version the version of jpm
  /// @param pid the daemon's pid
  /// @param home the daemon's home directory on its own machine
  /// @param since when the daemon was started
  record Daemon(String version, long pid, Path home, Instant since) implements Response {}

  /// The requested or affected instances, in their state after the request. Deleted instances are
  /// in their state before the request.
  ///
  /// @param notes informational messages, which do not report failures
  record Instances(List<Instance> instances, List<String> notes) implements Response {
    public Instances {
      instances = List.copyOf(instances);
      notes = List.copyOf(notes);
    }
  }

  /// Past events, oldest first.
  ///
  /// @param forgotten how many events after the requested sequence number are no longer stored
  record Events(List<Event> events, long forgotten) implements Response {
    public Events {
      events = List.copyOf(events);
    }
  }

  /// Log lines in the order in which they were captured.
  ///
  /// @param leftOut how many of the oldest requested lines were omitted because they do not fit
  ///   into a reply
  record Lines(List<LogLine> lines, long leftOut) implements Response {
    public Lines {
      lines = List.copyOf(lines);
    }
  }

  /// The results of a custom action, one entry per instance.
  record ActionResults(List<ActionResult> results) implements Response {
    public ActionResults {
      results = List.copyOf(results);
    }
  }

  /// The changes that [Request#apply] made or that [Request#plan] would make, one entry per app.
  ///
  /// @param notes informational messages, which do not report failures
  record Changes(List<AppChangeResult> changes, List<String> notes) implements Response {
    public Changes {
      changes = List.copyOf(changes);
      notes = List.copyOf(notes);
    }
  }

  /// Parses the body of a reply.
  ///
  /// @throws JpmException if the request failed; `MALFORMED` if the body is not a valid reply
  static Response of(JsonMembers json) {
    if (!json.isTrue("ok")) {
      throw new JpmException(
          Code.of(json.text("code")), json.texts("problems"), json.each("instances", Instance::of));
    } else if (json.has("version")) {
      return new Daemon(
          json.text("version"), json.number("pid"), Path.of(json.text("home")), json.time("since"));
    } else if (json.has("instances")) {
      return new Instances(json.each("instances", Instance::of), json.texts("notes"));
    } else if (json.has("events")) {
      return new Events(json.each("events", Event::of), json.number("forgotten"));
    } else if (json.has("lines")) {
      return new Lines(json.each("lines", LogLine::of), json.number("left_out"));
    } else if (json.has("answers")) {
      return new ActionResults(json.each("answers", ActionResult::of));
    } else if (json.has("changes")) {
      return new Changes(json.each("changes", AppChangeResult::of), json.texts("notes"));
    }
    throw new JpmException(
        Code.MALFORMED,
        "received an unknown kind of reply with the keys %s".formatted(json.all().keySet()));
  }
}

package io.jpm.client;

import io.jpm.client.JpmException.Code;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;

/// What a daemon answers to a [Request] that it has done. What it has not done is a [JpmException].
public sealed interface Response {
  /// The daemon lives.
  ///
  /// @param version jpm's
  /// @param pid the daemon's process
  /// @param home its home directory, on its machine
  /// @param since when it began
  record Daemon(String version, long pid, Path home, Instant since) implements Response {}

  /// What was asked for or acted on, as it is after that; of a deletion, as it was before.
  ///
  /// @param notes sentences that tell of no failure
  record Instances(List<Instance> instances, List<String> notes) implements Response {
    public Instances {
      instances = List.copyOf(instances);
      notes = List.copyOf(notes);
    }
  }

  /// What has happened, oldest first.
  ///
  /// @param forgotten how many after the asked number are no longer kept
  record Events(List<Event> events, long forgotten) implements Response {
    public Events {
      events = List.copyOf(events);
    }
  }

  /// Lines of logs, in the order in which they were captured.
  ///
  /// @param leftOut how many of the oldest were asked for and do not fit into an answer
  record Lines(List<LogLine> lines, long leftOut) implements Response {
    public Lines {
      lines = List.copyOf(lines);
    }
  }

  /// What apps have answered to an action.
  record Answers(List<ActionResult> answers) implements Response {
    public Answers {
      answers = List.copyOf(answers);
    }
  }

  /// What describing apps anew changes or has changed, one for each app.
  ///
  /// @param notes sentences that tell of no failure
  record Changes(List<AppChangeResult> changes, List<String> notes) implements Response {
    public Changes {
      changes = List.copyOf(changes);
      notes = List.copyOf(notes);
    }
  }

  /// Reads the body of a reply.
  ///
  /// @throws JpmException that the daemon did not do it, or `MALFORMED`
  static Response of(JsonMembers json) {
    if (!json.yes("ok")) {
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
      return new Answers(json.each("answers", ActionResult::of));
    } else if (json.has("changes")) {
      return new Changes(json.each("changes", AppChangeResult::of), json.texts("notes"));
    }
    throw new JpmException(
        Code.MALFORMED, "an answer with the keys %s".formatted(json.all().keySet()));
  }
}

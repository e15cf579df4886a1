package io.jpm.client;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/// What a daemon can be asked for, a record for each, with the answer that it gets as its type.
/// Made by the methods here, and given to [JpmClient#ask(Request)].
///
/// `targets` are words as the command line takes them: a name, a namespace, an id, `all`, `/regex/`
/// (RE2) on names; `#3` is the id 3 even where something is called `3`. If one of them names
/// nothing, nothing is done (`NOT_FOUND`).
///
/// ```java
/// try (JpmClient client = JpmClient.connect(Endpoint.home(home))) {
///   client.ask(Request.start(Apps.of(App.of("web", "sleep").with("args", "1000"))));
///   for (Instance each : client.ask(Request.list()).instances()) {
///     System.out.println(each.app() + " is " + each.status());
///   }
///   client.ask(Request.delete("web"));
/// }
/// ```
///
/// @param <R> the answer
public sealed interface Request<R extends Response> {
  /// The kind of answer.
  Class<R> answer();

  /// Whether the daemon lives, and which it is. Needs the role `read`.
  static Ping ping() {
    return new Ping();
  }

  /// Instances as they are; without targets all. Needs `read`.
  static ListInstances list(String... targets) {
    return new ListInstances(List.of(targets));
  }

  /// Instances with what their owner has described. Needs `read`.
  static Describe describe(String... targets) {
    return new Describe(List.of(targets));
  }

  /// The latest events. Needs `read`.
  ///
  /// @param limit how many at most, 1 to 10000
  static PastEvents latestEvents(int limit) {
    return new PastEvents(OptionalLong.empty(), limit, Optional.empty());
  }

  /// The events after a number. Needs `read`.
  ///
  /// @param limit how many at most, 1 to 10000
  static PastEvents eventsAfter(long seq, int limit) {
    return new PastEvents(OptionalLong.of(seq), limit, Optional.empty());
  }

  /// The last lines of logs, of both streams. Needs `read`.
  ///
  /// @param lines how many of each log, 1 to 10000
  static Logs logs(int lines, String... targets) {
    return new Logs(List.of(targets), lines, Optional.empty());
  }

  /// Starts what is in the list already. Needs `operate`.
  static Act start(String... targets) {
    return new Act(Act.Action.START, List.of(targets));
  }

  /// Starts apps that are described here. Needs `admin`.
  static StartApps start(Apps apps) {
    return new StartApps(apps);
  }

  /// Needs `operate`.
  static Act stop(String... targets) {
    return new Act(Act.Action.STOP, List.of(targets));
  }

  /// Needs `operate`.
  static Act restart(String... targets) {
    return new Act(Act.Action.RESTART, List.of(targets));
  }

  /// Forgets how often instances were started again. Needs `operate`.
  static Act reset(String... targets) {
    return new Act(Act.Action.RESET, List.of(targets));
  }

  /// Stops instances and takes them out of the list. Needs `admin`.
  static Act delete(String... targets) {
    return new Act(Act.Action.DELETE, List.of(targets));
  }

  /// Replaces processes without a gap, one instance of an app at a time. Needs `operate`.
  static Reload reload(String... targets) {
    return new Reload(List.of(targets), 1);
  }

  /// Gives an app as many instances. Needs `operate`.
  ///
  /// @param target a name, or the id of one of its instances
  /// @param instances 1 to 10000
  static Scale scale(String target, int instances) {
    return new Scale(target, false, instances);
  }

  /// Gives an app more instances, or fewer. Needs `operate`.
  static Scale scaleBy(String target, int more) {
    return new Scale(target, true, more);
  }

  /// Signals main processes. Needs `operate`.
  ///
  /// @param signal as `SIGHUP`
  static Signal signal(String signal, String... targets) {
    return new Signal(List.of(targets), signal);
  }

  /// Puts a value into the channels of apps. Needs `operate`.
  ///
  /// @param value what JSON has: a map, list, text, number, boolean or null
  static Message message(@Nullable Object value, String... targets) {
    return new Message(List.of(targets), value);
  }

  /// Writes a line to the standard input of one instance. Needs `operate`.
  ///
  /// @param line without its end
  static TypeLine type(String target, String line) {
    return new TypeLine(target, line);
  }

  /// Has apps do what they have offered over their channels. Needs `operate`.
  static Trigger trigger(String action, String... targets) {
    return new Trigger(List.of(targets), action, Optional.empty());
  }

  /// Says what [#apply] would change. Needs `admin`.
  static Apply plan(Apps apps) {
    return new Apply(apps, false, true);
  }

  /// Has apps be as they are described here; what is the same goes on running. Needs `admin`.
  static Apply apply(Apps apps) {
    return new Apply(apps, false, false);
  }

  /// Writes the list of apps to the disk, for [#resurrect]. Needs `admin`.
  static Save save() {
    return new Save();
  }

  /// Starts what was saved and is not in the list. Needs `admin`.
  static Resurrect resurrect() {
    return new Resurrect();
  }

  /// As [#ping].
  record Ping() implements Request<Response.Daemon> {
    @Override
    public Class<Response.Daemon> answer() {
      return Response.Daemon.class;
    }
  }

  /// One that is answered by instances.
  sealed interface OfInstances extends Request<Response.Instances> {
    @Override
    default Class<Response.Instances> answer() {
      return Response.Instances.class;
    }
  }

  /// As [#list].
  ///
  /// @param targets empty: all
  record ListInstances(List<String> targets) implements OfInstances {
    public ListInstances {
      targets = List.copyOf(targets);
    }
  }

  /// As [#describe].
  record Describe(List<String> targets) implements OfInstances {
    public Describe {
      targets = oneOrMore(targets);
    }
  }

  /// What has happened.
  ///
  /// @param after the number of the last event that is known; empty: the latest are wanted
  /// @param limit how many at most, 1 to 10000
  /// @param app of this app only; empty: of all
  record PastEvents(OptionalLong after, int limit, Optional<String> app)
      implements Request<Response.Events> {
    @Override
    public Class<Response.Events> answer() {
      return Response.Events.class;
    }

    /// The same of one app only.
    public PastEvents of(String name) {
      return new PastEvents(after, limit, Optional.of(name));
    }
  }

  /// As [#logs].
  ///
  /// @param stream `out` or `err`; empty: both
  record Logs(List<String> targets, int lines, Optional<String> stream)
      implements Request<Response.Lines> {
    public Logs {
      targets = oneOrMore(targets);
    }

    @Override
    public Class<Response.Lines> answer() {
      return Response.Lines.class;
    }

    /// The same of one stream only.
    ///
    /// @param name `out` or `err`
    public Logs of(String name) {
      return new Logs(targets, lines, Optional.of(name));
    }
  }

  /// Does something to instances that are in the list.
  record Act(Action action, List<String> targets) implements OfInstances {
    public Act {
      targets = oneOrMore(targets);
    }

    /// What is done.
    public enum Action {
      START,
      STOP,
      RESTART,
      RESET,
      DELETE;

      String verb() {
        return name().toLowerCase(Locale.ROOT);
      }
    }
  }

  /// As [#reload].
  ///
  /// @param parallel how many instances of an app at a time, 1 to 10000
  record Reload(List<String> targets, int parallel) implements OfInstances {
    public Reload {
      targets = oneOrMore(targets);
    }

    /// The same with so many instances of an app at a time.
    public Reload parallel(int many) {
      return new Reload(targets, many);
    }
  }

  /// As [#scale] and [#scaleBy].
  ///
  /// @param relative whether `number` is how many more, not how many
  record Scale(String target, boolean relative, int number) implements OfInstances {}

  /// As [#signal].
  record Signal(List<String> targets, String signal) implements OfInstances {
    public Signal {
      targets = oneOrMore(targets);
    }
  }

  /// As [#message].
  record Message(List<String> targets, @Nullable Object value) implements OfInstances {
    public Message {
      targets = oneOrMore(targets);
    }
  }

  /// As [#type].
  record TypeLine(String target, String line) implements OfInstances {}

  /// As [#trigger].
  record Trigger(List<String> targets, String action, Optional<String> parameter)
      implements Request<Response.Answers> {
    public Trigger {
      targets = oneOrMore(targets);
    }

    @Override
    public Class<Response.Answers> answer() {
      return Response.Answers.class;
    }

    /// The same with a parameter, one line.
    public Trigger parameter(String text) {
      return new Trigger(targets, action, Optional.of(text));
    }
  }

  /// As [#start(Apps)].
  record StartApps(Apps apps) implements OfInstances {}

  /// As [#apply] and [#plan].
  ///
  /// @param prune whether apps that have come from the same file and are not among these go
  /// @param dry whether it is only said what would change
  record Apply(Apps apps, boolean prune, boolean dry) implements Request<Response.Changes> {
    @Override
    public Class<Response.Changes> answer() {
      return Response.Changes.class;
    }

    /// The same where apps go that have come from the same [Apps#file] and are not among these.
    public Apply pruning() {
      return new Apply(apps, true, dry);
    }
  }

  /// As [#save].
  record Save() implements OfInstances {}

  /// As [#resurrect].
  record Resurrect() implements OfInstances {}

  private static List<String> oneOrMore(List<String> targets) {
    if (targets.isEmpty()) {
      throw new IllegalArgumentException("no targets: one or more expected, \"all\" for all");
    }
    return List.copyOf(targets);
  }
}

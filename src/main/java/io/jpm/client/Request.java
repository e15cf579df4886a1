package io.jpm.client;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/// A request to a daemon, with the type of its reply. The methods of this interface create
/// requests; [JpmClient#ask(Request)] sends them.
///
/// `targets` are selectors as on the command line: a name, a namespace, an id, `all`, or `/regex/`
/// (RE2), which is matched against names. `#3` selects the id 3 even if an app or a namespace is
/// named `3`. If one of the selectors matches nothing, the request has no effect and fails with
/// `NOT_FOUND`.
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
/// @param <R> the type of the reply
public sealed interface Request<R extends Response> {
  /// Returns the type of the reply.
  Class<R> answer();

  /// Checks that the daemon is running and requests its version, pid and home. Requires the role
  /// `read`.
  static Ping ping() {
    return new Ping();
  }

  /// Requests the matching instances, or all instances if there are no targets. Requires the role
  /// `read`.
  static ListInstances list(String... targets) {
    return new ListInstances(List.of(targets));
  }

  /// Requests the matching instances with the settings of their apps, their ports and the states of
  /// their probes. Requires the role `read`.
  static Describe describe(String... targets) {
    return new Describe(List.of(targets));
  }

  /// Requests the latest events. Requires the role `read`.
  ///
  /// @param limit the maximum number of events, 1 to 10000
  static ListEvents latestEvents(int limit) {
    return new ListEvents(OptionalLong.empty(), limit, Optional.empty());
  }

  /// Requests the events after a sequence number. Requires the role `read`.
  ///
  /// @param limit the maximum number of events, 1 to 10000
  static ListEvents eventsAfter(long seq, int limit) {
    return new ListEvents(OptionalLong.of(seq), limit, Optional.empty());
  }

  /// Requests the last log lines of both streams. Requires the role `read`.
  ///
  /// @param lines the maximum number of lines per log, 1 to 10000
  static Logs logs(int lines, String... targets) {
    return new Logs(List.of(targets), lines, Optional.empty());
  }

  /// Starts instances that are already in the daemon's list; running instances are restarted.
  /// Requires the role `operate`.
  static Act start(String... targets) {
    return new Act(Act.Action.START, List.of(targets));
  }

  /// Starts the apps described by `apps`. Requires the role `admin`.
  static StartApps start(Apps apps) {
    return new StartApps(apps);
  }

  /// Stops instances. Requires the role `operate`.
  static Act stop(String... targets) {
    return new Act(Act.Action.STOP, List.of(targets));
  }

  /// Restarts instances. Requires the role `operate`.
  static Act restart(String... targets) {
    return new Act(Act.Action.RESTART, List.of(targets));
  }

  /// Resets the restart counters of instances. Requires the role `operate`.
  static Act reset(String... targets) {
    return new Act(Act.Action.RESET, List.of(targets));
  }

  /// Stops instances and removes them from the daemon's list. Requires the role `admin`.
  static Act delete(String... targets) {
    return new Act(Act.Action.DELETE, List.of(targets));
  }

  /// Replaces processes without downtime, by default one instance per app at a time. Requires the
  /// role `operate`.
  static Reload reload(String... targets) {
    return new Reload(List.of(targets), 1, false);
  }

  /// Sets the number of instances of an app. Requires the role `operate`.
  ///
  /// @param target the name of the app, or the id of one of its instances
  /// @param instances the new number of instances, 1 to 10000
  static Scale scale(String target, int instances) {
    return new Scale(target, false, instances);
  }

  /// Changes the number of instances of an app by `more`, which can be negative. Requires the role
  /// `operate`.
  static Scale scaleBy(String target, int more) {
    return new Scale(target, true, more);
  }

  /// Sends a signal to main processes. Requires the role `operate`.
  ///
  /// @param signal the name of the signal, for example `SIGHUP`
  static SendSignal signal(String signal, String... targets) {
    return new SendSignal(List.of(targets), signal);
  }

  /// Sends a value over the IPC channels of apps. Requires the role `operate`.
  ///
  /// @param value a value that can be represented in JSON: a map, list, string, number, boolean or
  ///   null
  static SendMessage sendMessage(@Nullable Object value, String... targets) {
    return new SendMessage(List.of(targets), value);
  }

  /// Writes a line to the standard input of one instance. Requires the role `operate`.
  ///
  /// @param line the text without the line terminator
  static WriteInput writeInput(String target, String line) {
    return new WriteInput(target, line);
  }

  /// Runs a custom action that apps have registered over their IPC channels. Requires the role
  /// `operate`.
  static Trigger trigger(String action, String... targets) {
    return new Trigger(List.of(targets), action, Optional.empty());
  }

  /// Requests the changes that [#apply] would make. Requires the role `admin`.
  static Apply plan(Apps apps) {
    return new Apply(apps, false, true);
  }

  /// Changes apps to match their description. Instances whose settings have not changed keep
  /// running. Requires the role `admin`.
  static Apply apply(Apps apps) {
    return new Apply(apps, false, false);
  }

  /// Saves the list of apps to disk, for use by [#resurrect]. Requires the role `admin`.
  static Save save() {
    return new Save();
  }

  /// Starts the saved apps that are not in the daemon's list. Requires the role `admin`.
  static Resurrect resurrect() {
    return new Resurrect();
  }

  /// The request created by [#ping].
  record Ping() implements Request<Response.Daemon> {
    @Override
    public Class<Response.Daemon> answer() {
      return Response.Daemon.class;
    }
  }

  /// A request whose reply contains instances.
  sealed interface OfInstances extends Request<Response.Instances> {
    @Override
    default Class<Response.Instances> answer() {
      return Response.Instances.class;
    }
  }

  /// The request created by [#list].
  ///
  /// @param targets the selectors; empty for all instances
  record ListInstances(List<String> targets) implements OfInstances {
    public ListInstances {
      targets = List.copyOf(targets);
    }
  }

  /// The request created by [#describe].
  record Describe(List<String> targets) implements OfInstances {
    public Describe {
      targets = oneOrMore(targets);
    }
  }

  /// The request created by [#latestEvents] or [#eventsAfter].
  ///
  /// @param after the sequence number of the last known event; empty for the latest events
  /// @param limit the maximum number of events, 1 to 10000
  /// @param app the app whose events are requested; empty for all events
  record ListEvents(OptionalLong after, int limit, Optional<String> app)
      implements Request<Response.Events> {
    @Override
    public Class<Response.Events> answer() {
      return Response.Events.class;
    }

    /// Returns a copy that is limited to one app.
    public ListEvents of(String name) {
      return new ListEvents(after, limit, Optional.of(name));
    }
  }

  /// The request created by [#logs].
  ///
  /// @param stream `out` or `err`; empty for both
  record Logs(List<String> targets, int lines, Optional<String> stream)
      implements Request<Response.Lines> {
    public Logs {
      targets = oneOrMore(targets);
    }

    @Override
    public Class<Response.Lines> answer() {
      return Response.Lines.class;
    }

    /// Returns a copy that is limited to one stream.
    ///
    /// @param name `out` or `err`
    public Logs of(String name) {
      return new Logs(targets, lines, Optional.of(name));
    }
  }

  /// Performs an action on instances that are in the daemon's list.
  record Act(Action action, List<String> targets) implements OfInstances {
    public Act {
      targets = oneOrMore(targets);
    }

    /// The kind of action.
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

  /// The request created by [#reload].
  ///
  /// @param parallel how many instances per app are replaced at the same time, 1 to 10000
  /// @param graceful whether old processes are asked to exit by the IPC message `shutdown` instead
  ///   of their stop signal
  record Reload(List<String> targets, int parallel, boolean graceful) implements OfInstances {
    public Reload {
      targets = oneOrMore(targets);
    }

    /// Returns a copy that replaces `many` instances per app at the same time.
    public Reload parallel(int many) {
      return new Reload(targets, many, graceful);
    }

    /// Returns a copy that asks old processes to exit by the IPC message `shutdown`. They then have
    /// `kill_timeout` to exit, or 30 s if the app does not set it. A process without an IPC channel
    /// receives its stop signal.
    public Reload gracefully() {
      return new Reload(targets, parallel, true);
    }
  }

  /// The request created by [#scale] or [#scaleBy].
  ///
  /// @param relative whether `number` is a difference rather than the new total
  record Scale(String target, boolean relative, int number) implements OfInstances {}

  /// The request created by [#signal].
  record SendSignal(List<String> targets, String signal) implements OfInstances {
    public SendSignal {
      targets = oneOrMore(targets);
    }
  }

  /// The request created by [#sendMessage].
  record SendMessage(List<String> targets, @Nullable Object value) implements OfInstances {
    public SendMessage {
      targets = oneOrMore(targets);
    }
  }

  /// The request created by [#writeInput].
  record WriteInput(String target, String line) implements OfInstances {}

  /// The request created by [#trigger].
  record Trigger(List<String> targets, String action, Optional<String> parameter)
      implements Request<Response.ActionResults> {
    public Trigger {
      targets = oneOrMore(targets);
    }

    @Override
    public Class<Response.ActionResults> answer() {
      return Response.ActionResults.class;
    }

    /// Returns a copy with a parameter, which must be a single line.
    public Trigger parameter(String text) {
      return new Trigger(targets, action, Optional.of(text));
    }
  }

  /// The request created by [#start(Apps)].
  record StartApps(Apps apps) implements OfInstances {}

  /// The request created by [#apply] or [#plan].
  ///
  /// @param prune whether to delete apps that came from the same file but are not among `apps`
  /// @param dryRun whether to plan the changes without making them
  record Apply(Apps apps, boolean prune, boolean dryRun) implements Request<Response.Changes> {
    @Override
    public Class<Response.Changes> answer() {
      return Response.Changes.class;
    }

    /// Returns a copy that also deletes apps that came from the same [Apps#file] but are not among
    /// `apps`.
    public Apply pruning() {
      return new Apply(apps, true, dryRun);
    }
  }

  /// The request created by [#save].
  record Save() implements OfInstances {}

  /// The request created by [#resurrect].
  record Resurrect() implements OfInstances {}

  private static List<String> oneOrMore(List<String> targets) {
    if (targets.isEmpty()) {
      throw new IllegalArgumentException("no targets given: use \"all\" for all instances");
    }
    return List.copyOf(targets);
  }
}

package io.jpm.bus.god;

import io.jpm.bus.BusMessage;
import io.jpm.model.AppName;
import io.jpm.model.AppSpec;
import io.jpm.model.process.Signal;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// A command to God, the supervisor. The reply is always a [GodReply], sent when the instances have
/// settled (started, errored, deleted) and the journal has been written.
public sealed interface GodCommand extends BusMessage {
  /// A command that the sender may repeat if it does not receive the reply. The first command with
  /// a key is carried out, and later ones with the same key receive its reply.
  ///
  /// @param key identifies the command; unique among the commands of the last ten minutes
  /// @param command the command to carry out; must not be `Idempotent` itself
  record Idempotent(String key, GodCommand command) implements GodCommand {}

  /// Requests the outcome of the command with this key, without carrying out a command. The reply
  /// contains a problem if no such command is known.
  ///
  /// @param key as in [Idempotent]
  record GetOutcome(String key) implements GodCommand {}

  /// Starts apps. A spec with a new name creates an app. If an app with the name exists, `existing`
  /// determines how it is treated.
  ///
  /// @param specs one or more specs with unique names
  /// @param existing how to treat an app that already exists
  /// @param file the process file that contains the specs, absolute; it is recorded with the apps.
  ///   If it is empty and `existing` is RESTART, the file that is already recorded is kept
  /// @param awaitStable whether the reply waits until newly started processes have run for a short
  ///   time, and reports the processes that exited early. Does not apply to instances that were
  ///   already running
  record StartApps(
      List<AppSpec> specs, ExistingAppPolicy existing, Optional<Path> file, boolean awaitStable)
      implements GodCommand {
    public StartApps {
      specs = List.copyOf(specs);
    }

    /// Creates a command that is answered as soon as the processes have started.
    public StartApps(List<AppSpec> specs, ExistingAppPolicy existing, Optional<Path> file) {
      this(specs, existing, file, false);
    }

    /// Creates a command for apps that were not loaded from a file.
    public StartApps(List<AppSpec> specs, ExistingAppPolicy existing) {
      this(specs, existing, Optional.empty());
    }
  }

  /// The ways in which [StartApps] treats an app that already exists.
  enum ExistingAppPolicy {
    /// `jpm start app.js`: refuses the command if the app is running (PM2: "Script already
    /// launched"), otherwise starts the app with the new spec.
    REFUSE_RUNNING,
    /// `jpm start file.json`: replaces the spec and restarts the app.
    RESTART,
    /// `jpm start --force app.js`: like [#RESTART], but also detaches the app from the file from
    /// which it was loaded.
    REPLACE
  }

  /// Applies `action` to every instance that the targets select.
  ///
  /// @param action the action to apply
  /// @param targets selectors as the user typed them: `all`, `/regex/` on names, an app's name, the
  ///   path of its script, a namespace or an id. As in PM2, a name takes precedence over the forms
  ///   listed after it
  /// @param shell for START and RESTART with `--update-env`: the variables exported by the caller's
  ///   shell, which replace the variables that the apps have inherited
  /// @param awaitStable for START, as in [StartApps]
  record Act(
      Action action, List<String> targets, Optional<Map<String, String>> shell, boolean awaitStable)
      implements GodCommand {
    public Act {
      targets = List.copyOf(targets);
      shell = shell.map(Map::copyOf);
    }

    /// Creates a command that is answered as soon as the processes have started.
    public Act(Action action, List<String> targets, Optional<Map<String, String>> shell) {
      this(action, targets, shell, false);
    }

    /// Creates a command that keeps the apps' current environment.
    public Act(Action action, List<String> targets) {
      this(action, targets, Optional.empty());
    }
  }

  /// The actions on existing instances.
  enum Action {
    /// Starts the instances that are not running and restarts those that are, like PM2's `start
    /// NAME`.
    START,
    STOP,
    RESTART,
    DELETE
  }

  /// Replaces processes without downtime (PM2's `reload`). A new process starts next to each
  /// running one; the old process is drained and stopped only when the new one is ready. An
  /// instance that is not running, or cannot have a second process next to it, is restarted
  /// ([GodReply#restarted]). If the new process of an app does not become ready, the old one keeps
  /// running, and the remaining instances of that app are not replaced.
  ///
  /// Progress is reported by [InstanceEvent]s of the kinds `RELOAD`, `RELOAD_FAILED` and
  /// `RELOAD_GAP`.
  ///
  /// @param targets as in [Act]
  /// @param specs apps from a process file, to be reloaded with these specs; apps that do not exist
  ///   yet are started
  /// @param parallel how many instances of one app are replaced at a time, 1 or more
  /// @param shell as in [Act]
  /// @param awaitStable as in [StartApps], for instances that are started
  /// @param graceful whether each old process is asked to exit by the IPC message `shutdown`
  ///   instead of its stop signal or stop command ([io.jpm.model.StopPolicy#asGraceful]); a process
  ///   that does not read messages from its IPC channel is stopped as usual. The notes of the reply
  ///   state how the old processes were stopped
  record Reload(
      List<String> targets,
      List<AppSpec> specs,
      int parallel,
      Optional<Map<String, String>> shell,
      boolean awaitStable,
      boolean graceful)
      implements GodCommand {
    public Reload {
      targets = List.copyOf(targets);
      specs = List.copyOf(specs);
      shell = shell.map(Map::copyOf);
    }

    /// Creates a command that is not graceful and is answered as soon as the processes have
    /// started.
    public Reload(
        List<String> targets,
        List<AppSpec> specs,
        int parallel,
        Optional<Map<String, String>> shell) {
      this(targets, specs, parallel, shell, false, false);
    }
  }

  /// Changes the number of instances of an app (PM2's `scale`). Instances to be removed are drained
  /// first.
  ///
  /// @param target a name or id
  /// @param step whether `number` is absolute or relative
  /// @param number the number of instances or the difference; at least one instance must remain
  /// @param awaitStable as in [StartApps]
  record Scale(String target, Step step, int number, boolean awaitStable) implements GodCommand {
    /// Creates a command that is answered as soon as the processes have started.
    public Scale(String target, Step how, int number) {
      this(target, how, number, false);
    }

    /// The interpretation of `number`.
    public enum Step {
      /// `number` is the new number of instances.
      TO,
      /// `number` is the difference from the current number of instances; negative to remove
      /// instances.
      BY
    }
  }

  /// Requests the current state of instances.
  ///
  /// @param targets as in [Act]; empty for all instances, of which there may be none
  record Show(List<String> targets) implements GodCommand {
    public Show {
      targets = List.copyOf(targets);
    }
  }

  /// Sends a custom action to apps over their IPC channels (PM2's `trigger`). The reply contains
  /// one [GodReply.ActionResult] for each instance that has answered.
  ///
  /// @param targets as in [Act]
  /// @param action the name under which the app has registered the action
  /// @param parameter the parameter passed to the app
  record Trigger(List<String> targets, String action, Optional<String> parameter)
      implements GodCommand {
    public Trigger {
      targets = List.copyOf(targets);
    }
  }

  /// Sends a message over the IPC channels of apps.
  ///
  /// @param targets as in [Act]
  /// @param json one JSON value, without line feeds
  record SendMessage(List<String> targets, String json) implements GodCommand {
    public SendMessage {
      targets = List.copyOf(targets);
    }
  }

  /// Writes to the standard input of one instance (PM2's `send`).
  ///
  /// @param target an id, or another selector that matches exactly one instance
  /// @param text the text, including the line end; bytes that are not UTF-8 are represented as in
  ///   [io.jpm.model.text.SurrogateEscape]
  record WriteInput(String target, String text) implements GodCommand {}

  /// Sends a signal to the main processes of instances, without any other effect on their state
  /// (PM2's `sendSignal`).
  ///
  /// @param targets as in [Act]
  record SendSignal(List<String> targets, Signal signal) implements GodCommand {
    public SendSignal {
      targets = List.copyOf(targets);
    }
  }

  /// Resets the restart counters to zero and the creation time to now (PM2's `reset`).
  ///
  /// @param targets as in [Act]
  record Reset(List<String> targets) implements GodCommand {
    public Reset {
      targets = List.copyOf(targets);
    }
  }

  /// Changes some attributes of an app. Its processes keep running; attributes that require a new
  /// process take effect at the next start.
  ///
  /// @param app the app
  /// @param spec the spec with the new values
  /// @param keys the attributes that are copied from `spec`, by their names in a process file
  record UpdateSpec(AppName app, AppSpec spec, Set<String> keys) implements GodCommand {
    public UpdateSpec {
      keys = Set.copyOf(keys);
    }
  }

  /// Writes the list of apps to `dump.json`, for [Resurrect] (PM2's `save`).
  ///
  /// @param force whether an empty list may replace a file that is not empty
  record Save(boolean force) implements GodCommand {}

  /// Clears `dump.json` (PM2's `cleardump`).
  record ClearDump() implements GodCommand {}

  /// Starts the apps from `dump.json` that are not in the list of apps (PM2's `resurrect`). Apps
  /// that were stopped when the file was written are added to the list, but not started.
  ///
  /// @param awaitStable as in [StartApps]
  record Resurrect(boolean awaitStable) implements GodCommand {
    /// Creates a command that is answered as soon as the processes have started.
    public Resurrect() {
      this(false);
    }
  }

  /// Makes apps match a process file with as few changes as possible. Apps that already match are
  /// not changed, and apps that a user has stopped stay stopped. An app in state `errored` is
  /// started if its spec has changed. Apps are processed in the order of their dependencies; a
  /// failure of one does not affect the others. The reply lists the change of each app
  /// ([GodReply#changes]).
  ///
  /// @param specs the apps, with unique names
  /// @param file the process file that contains the apps, absolute; empty if there is none
  /// @param prune whether to delete apps that were loaded from `file` and are not among `specs`
  /// @param startErrored whether to start errored apps even if their spec has not changed
  /// @param dryRun whether to report the changes without making them
  /// @param awaitStable as in [StartApps]
  record Apply(
      List<AppSpec> specs,
      Optional<Path> file,
      boolean prune,
      boolean startErrored,
      boolean dryRun,
      boolean awaitStable)
      implements GodCommand {
    public Apply {
      specs = List.copyOf(specs);
    }

    /// Creates a command that is answered as soon as the processes have started.
    public Apply(
        List<AppSpec> specs, Optional<Path> file, boolean prune, boolean again, boolean dry) {
      this(specs, file, prune, again, dry, false);
    }
  }

  /// Requests the process files from which apps were loaded, returned in [GodReply#files].
  record ListFiles() implements GodCommand {}

  /// Records whether and in which context a process file is applied again when it changes. The
  /// record survives a restart of the daemon. A file is not recorded if none of its apps is in the
  /// list.
  ///
  /// @param file the file, with the apps that have just been loaded from it
  record WatchFile(AppFile file) implements GodCommand {}

  /// Reports that a watched process file has changed and cannot be applied. God publishes an event
  /// for each of its apps.
  ///
  /// @param file the file
  /// @param problems one or more sentences
  record RejectFile(Path file, List<String> problems) implements GodCommand {
    public RejectFile {
      problems = List.copyOf(problems);
    }
  }

  /// Checks that God is responsive. Has no other effect.
  record Ping() implements GodCommand {}

  /// Stops and deletes all apps before `jpm kill` terminates the daemon.
  record DeleteAll() implements GodCommand {}
}

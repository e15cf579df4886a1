package io.jpm.bus;

import io.jpm.model.AppSpec;
import java.util.List;

/// What God can be asked; the answer is always a [GodReply], sent when the instances have settled
/// (started, errored, gone) and the journal has been written.
public sealed interface GodCommand extends BusMessage {
  /// Starts apps. A spec whose name is new becomes an app; for a known name `existing` decides.
  ///
  /// @param specs one or more, names unique
  /// @param existing what to do with an app that is there already
  record StartApps(List<AppSpec> specs, Existing existing) implements GodCommand {
    public StartApps {
      specs = List.copyOf(specs);
    }
  }

  /// What [StartApps] does with an app that is there already.
  enum Existing {
    /// `jpm start app.js`: refuse when it is running (PM2: "Script already launched"), else start
    /// it anew with the new spec.
    REFUSE_RUNNING,
    /// `jpm start file.json`: take the new spec and restart.
    RESTART
  }

  /// Does `action` to every instance that the targets name.
  ///
  /// @param action what to do
  /// @param targets words typed by the user: `all`, a name, an id; an app's name wins over an id
  record Act(Action action, List<String> targets) implements GodCommand {
    public Act {
      targets = List.copyOf(targets);
    }
  }

  /// What can be done to instances that exist.
  enum Action {
    /// Start those that are not running; running ones are restarted, as PM2's `start NAME` does.
    START,
    STOP,
    RESTART,
    DELETE
  }

  /// Shows instances as they are.
  ///
  /// @param targets as in [Act]; empty: all, and no problem when there are none
  record Show(List<String> targets) implements GodCommand {
    public Show {
      targets = List.copyOf(targets);
    }
  }

  /// Stops and forgets every app: `jpm kill` is about to end the daemon.
  record EndEverything() implements GodCommand {}
}

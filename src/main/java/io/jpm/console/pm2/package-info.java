/// The command `jpm import-pm2`: migrates the apps of PM2.
///
/// [io.jpm.console.pm2.Pm2App] represents the processes of PM2's list that are one app.
/// [io.jpm.console.pm2.Pm2Attributes] converts it to the attributes of a process file.
/// `AppVariableFilter` separates its variables from those of the shell that PM2 has saved with
/// them.
@NullMarked
package io.jpm.console.pm2;

import org.jspecify.annotations.NullMarked;

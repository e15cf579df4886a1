/// Implements `jpm import-pm2`, which migrates apps from PM2.
///
/// [io.jpm.console.pm2.Pm2App] represents the processes in PM2's list that belong to one app.
/// [io.jpm.console.pm2.Pm2Attributes] converts the app to the attributes of a process file.
/// `AppVariableFilter` separates the variables of the app from those of the shell, which PM2 saves
/// together.
@NullMarked
package io.jpm.console.pm2;

import org.jspecify.annotations.NullMarked;

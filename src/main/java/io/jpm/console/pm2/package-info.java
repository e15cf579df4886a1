/// What PM2 says of its apps, and what that means here: values in, values out.
///
/// Start with [io.jpm.console.pm2.Pm2App]: the processes of PM2's list that are one app.
/// [io.jpm.console.pm2.Pm2Attributes] turns one into the attributes of a process file,
/// [io.jpm.console.pm2.AppVariableFilter] tells its variables from those of the shell that PM2 has
/// saved with them.
@NullMarked
package io.jpm.console.pm2;

import org.jspecify.annotations.NullMarked;

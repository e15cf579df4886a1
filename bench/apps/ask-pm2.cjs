// Requests the list from PM2's daemon every second, until it is killed. The argument is the path of PM2's module.
const pm2 = require(process.argv[2]);

function fail(error) {
  console.error(String(error));
  process.exit(1);
}

pm2.connect((refused) => {
  if (refused) fail(refused);
  setInterval(() => pm2.list((error) => error && fail(error)), 1000);
});

module.exports = {
  apps: { name: "deployed", script: "server.js", env: { STAGE: "none" }, env_production: { STAGE: "live" } },
  deploy: {
    production: {
      user: "node",
      host: ["192.0.2.13", "192.0.2.14"],
      ref: "origin/master",
      repo: "git@example.org:repo.git",
      path: "/var/www/production",
      "post-deploy": "npm install && pm2 reload ecosystem.config.js --env production",
    },
  },
};

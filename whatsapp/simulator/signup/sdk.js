// A stand-in for Meta's JavaScript SDK: FB.init, FB.login and the window messages of Embedded Signup, as the real one
// has them. It is served by the simulator and knows nothing of the page that loads it.
"use strict";

(() => {
  const base = new URL(document.currentScript.src).origin;
  const WATCH_MS = 300;
  let app = null;

  function address(options) {
    const url = new URL("/sim/signup", base);
    url.searchParams.set("app_id", app.appId);
    url.searchParams.set("config_id", options.config_id);
    url.searchParams.set("extras", JSON.stringify(options.extras || {}));
    return url;
  }

  function check(options) {
    if (!app) throw new Error("FB.login() called before FB.init().");
    if (!options || !options.config_id) throw new Error("FB.login(): config_id is required for Embedded Signup.");
    if (options.response_type !== "code" || !options.override_default_response_type) {
      throw new Error("FB.login(): Embedded Signup needs response_type 'code' and override_default_response_type.");
    }
  }

  window.FB = {
    init(options) {
      if (!options || !options.appId || !options.version) throw new Error("init: appId and version are required.");
      app = options;
    },

    login(callback, options) {
      check(options);
      const popup = window.open(address(options), "signup", "popup,width=560,height=760");
      if (!popup) return callback({ authResponse: null, status: "unknown" });
      let timer = null;
      const end = (code) => {
        clearInterval(timer);
        window.removeEventListener("message", listen);
        callback(code ? { authResponse: { code, userID: null }, status: "unknown" } : { authResponse: null, status: "unknown" });
      };
      const listen = (event) => {
        const isLogin = event.origin === base && event.data && event.data.sdk === "login";
        if (isLogin) end(event.data.code);
      };
      window.addEventListener("message", listen);
      timer = setInterval(() => popup.closed && end(null), WATCH_MS);
    },
  };

  if (typeof window.fbAsyncInit === "function") window.fbAsyncInit();
})();

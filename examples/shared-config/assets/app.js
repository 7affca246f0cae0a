document.querySelector("h1").title = "release {release}";

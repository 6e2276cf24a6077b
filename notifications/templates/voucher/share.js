// The phone's own share sheet where there is one, else the link is copied; without either, WhatsApp opens with it.
const share = document.getElementById("share");
share?.addEventListener("click", async (event) => {
  const { url, title, said } = share.dataset;
  if (!navigator.share && !navigator.clipboard) return;
  event.preventDefault();
  try {
    if (navigator.share) {
      await navigator.share({ title, url });
    } else {
      await navigator.clipboard.writeText(url);
      document.getElementById("said").textContent = said;
    }
  } catch (error) {
    if (error.name !== "AbortError") location.href = share.href;
  }
});

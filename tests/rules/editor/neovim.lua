-- What a person does in Neovim, without one: waits for what the server says, asks for it, and writes down what came.
local out = assert(os.getenv("HALB_SESSION"))
local session = {}

local function note(name, value) session[name] = value end

local function wait(what, condition)
  if not vim.wait(tonumber(os.getenv("HALB_PATIENCE")) * 1000, condition, 20) then error("no " .. what) end
end

local function ask(method, params, buffer)
  local answers, why = vim.lsp.buf_request_sync(buffer or 0, method, params, 60000)
  assert(answers, why)
  local _, answer = next(answers)
  return answer and answer.result
end

local function codes(buffer)
  local found = {}
  for _, d in ipairs(vim.diagnostic.get(buffer)) do
    found[#found + 1] = { code = d.code, severity = d.severity, line = d.lnum, message = d.message }
  end
  return found
end

local function at(words)
  vim.fn.cursor(1, 1)
  assert(vim.fn.search(words, "cW") > 0, words)
end

local function run()
  vim.cmd("edit lb1/keepalived.conf")
  local here = vim.api.nvim_get_current_buf()
  wait("diagnostics", function() return #vim.diagnostic.get(here) > 0 end)
  note("here", codes(here))
  local other = vim.fn.bufadd(vim.fn.getcwd() .. "/lb2/keepalived.conf")
  wait("diagnostics of the other node", function() return #vim.diagnostic.get(other) > 0 end)
  note("other", codes(other))

  at("virtual_router_id")
  local params = vim.lsp.util.make_range_params()
  params.context = { diagnostics = {} }
  for _, action in ipairs(ask("textDocument/codeAction", params)) do
    if action.title:find("XN002", 1, true) and action.edit and not action.title:find("Ignore") then
      note("fix", action.title)
      vim.lsp.util.apply_workspace_edit(action.edit, vim.lsp.get_active_clients()[1].offset_encoding)
      break
    end
  end
  wait("end of the finding", function()
    for _, d in ipairs(vim.diagnostic.get(other)) do
      if d.code == "XN002" then return false end
    end
    return true
  end)
  note("fixed", vim.api.nvim_buf_get_lines(other, 0, -1, false))

  at("vrrp_instance")
  note("hover", ask("textDocument/hover", vim.lsp.util.make_position_params()).contents.value)
  at("chk_haproxy$")
  note("definition", ask("textDocument/definition", vim.lsp.util.make_position_params()))
  local rename = vim.lsp.util.make_position_params()
  rename.newName = "check_api"
  vim.lsp.util.apply_workspace_edit(ask("textDocument/rename", rename), "utf-16")
  note("renamed", { vim.fn.search("check_api", "cw"), vim.api.nvim_buf_get_lines(other, 0, -1, false) })
  vim.fn.setline(".", "          " .. vim.fn.getline("."))
  vim.bo.shiftwidth, vim.bo.expandtab = 4, true
  vim.lsp.buf.formatting_sync({ tabSize = 4, insertSpaces = true }, 60000)
  note("formatted", vim.fn.getline("."))
  note("symbols", vim.tbl_map(function(s) return s.name end,
    ask("textDocument/documentSymbol", { textDocument = vim.lsp.util.make_text_document_params() })))
end

local ok, why = xpcall(run, debug.traceback)
note("error", ok and "" or tostring(why))
local file = assert(io.open(out, "w"))
file:write(vim.json and vim.json.encode(session) or vim.fn.json_encode(session))
file:close()
vim.cmd("qall!")
